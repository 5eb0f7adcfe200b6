export { type ContractCase, type TransportContractOptions, transportContract } from './transport-contract.js';
